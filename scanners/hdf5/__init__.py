"""HDF5 files through h5py: opened over a `Source`, walked without following anything that leaves the file."""
