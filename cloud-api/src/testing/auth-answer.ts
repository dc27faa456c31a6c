import type { AuthAnswer } from "../edge/auth-service.ts";

/** An answer of the authentication service with that body, as its client gives it. */
export function authAnswer(status: number, body?: object, retryAfter?: string): AuthAnswer {
  const mediaType = status < 400 ? "application/json" : "application/problem+json";
  return {
    ...{ kind: "answer", status, body, text: body === undefined ? "" : JSON.stringify(body) },
    ...{ mediaType: body && mediaType, challenge: status === 401 ? "Bearer" : undefined, retryAfter },
  };
}

/** The problem details of that name, and members beside them. */
export function problemBody(name: string, status: number, members: object = {}): object {
  const errors = [{ field: "password", message: "m" }];
  return { type: `/v1/problems/${name}`, title: "t", status, detail: "d", errors, ...members };
}
