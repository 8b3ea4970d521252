// Listens to what arrives. The browser joins again by itself when the connection ends.
export function arrivals(address, hear) {
  const stream = new EventSource(address);
  stream.addEventListener("arrived", (event) => hear(JSON.parse(event.data)));
  addEventListener("pagehide", () => stream.close());
}
