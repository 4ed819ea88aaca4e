"""What several archive formats share: the structure of ZIP files and the judgement of member names."""
