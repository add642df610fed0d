"""What people do on the desk, in a browser, against the processes that `chainmend desk` runs."""
