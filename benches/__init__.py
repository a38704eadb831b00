"""One file a bench, each with `main(arguments)`: ./jurande bench NAME."""
