// The doors that everybody uses. Each write carries a key, so that sending it again does it once.
const TIMEOUT_MS = 15000;

export class Refused extends Error {
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
    const first = problem.errors?.[0];
    this.said = first ? `${first.message} ${first.remedy}` : `${problem.title} ${problem.detail ?? ""}`;
  }
}

async function send(method, path, body, headers = {}) {
  const response = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status === 401) location.reload();
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok && response.status !== 207) throw new Refused(answer);
  return answer;
}

export const read = (path) => send("GET", path);
export const post = (path, body = {}) => send("POST", path, body, { "Idempotency-Key": crypto.randomUUID() });
const tag = (version) => `"${version}-${document.documentElement.lang.slice(0, 2)}"`;
export const change = (path, version, body, method = "PATCH") =>
  send(method, path, body, { "If-Match": tag(version), "Idempotency-Key": crypto.randomUUID() });
export const remove = (path) => send("DELETE", path);

export async function fragment(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.redirected || response.status === 401) location.reload();
  if (!response.ok) throw new Error(`${response.status}`);
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}
