"""Pages and API are made of these: plain data, one function a noun."""
