"""Models of gradient boosting: trees whose parts must fit each other, in four file formats."""
