"""What a mend is worth, and what to do first."""
