"""What is served: pages, API and files, behind the guard."""
