"""What members see and do of savings in a browser. They read, act through actions, and decide nothing."""
