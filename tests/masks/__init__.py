"""What is not used makes no NaN: programs that select, and operations that are singular."""
