"""Language models beside llama2.c, llama.cpp and a plain forward of their weights."""
