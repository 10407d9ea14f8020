"""What readers may ask: GraphQL over HTTP, and a page to ask from."""
