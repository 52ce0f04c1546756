"""What every adapter of a port keeps to, the fakes included."""
