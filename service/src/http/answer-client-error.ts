import type { Socket } from "node:net";
import type { HttpLimits } from "./http-limits.ts";
import { PROBLEM_MEDIA_TYPE } from "./problem.ts";

function told(
  code: string | undefined,
  { maxHeaderBytes, maxHeaders }: HttpLimits,
): readonly [string, string] {
  if (code === "HPE_HEADER_OVERFLOW")
    return [
      "431 Request Header Fields Too Large",
      `The header has more than ${maxHeaderBytes} bytes or ${maxHeaders} fields.`,
    ];
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return ["408 Request Timeout", "The request did not come in time."];
  return ["400 Bad Request", "This is no HTTP/1.1 request."];
}

/** What cannot be parsed as HTTP never reaches the app; it is answered with a problem all the same, and the connection ends. */
export function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  limits: HttpLimits,
): void {
  if (!socket.writable || socket.bytesWritten > 0) return void socket.destroy();
  const [status, detail] = told(error.code, limits);
  const title = status.slice(4);
  const body = JSON.stringify({ type: "about:blank", title, status: Number(status.slice(0, 3)), detail });
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n`;
  socket.end(`${head}Cache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
