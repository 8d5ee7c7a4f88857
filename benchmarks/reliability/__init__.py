"""What must hold when processes die and servers lie, each as a program that proves it."""
