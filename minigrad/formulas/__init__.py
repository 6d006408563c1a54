"""What a user types: `grammar` reads it, `expressions` computes it on the tape."""
