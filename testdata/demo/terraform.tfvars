# Raised for the winter sale.
workers = {
  max = 40
}
