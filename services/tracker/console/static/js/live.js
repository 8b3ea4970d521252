// Listens to what arrives. The browser joins again by itself when the connection ends.
export function arrivals(since, hear) {
  const stream = new EventSource(`/console/live?since=${encodeURIComponent(since)}`);
  stream.addEventListener("arrived", (event) => hear(JSON.parse(event.data)));
  addEventListener("pagehide", () => stream.close());
  return stream;
}
