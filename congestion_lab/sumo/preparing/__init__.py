"""From a scenario to what its simulations share: files vetted, areas cut out."""
