"""What members come for; products know the kernel and never each other."""
