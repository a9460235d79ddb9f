/** A message packed into one text: sender, topic, payload. */
export function packNotice(sender: string, topic: string, payload: string): string {
  return `${sender} ${topic} ${payload}`;
}

export function unpackNotice(message: string): { sender: string; topic: string; payload: string } {
  const first = message.indexOf(" ");
  const second = message.indexOf(" ", first + 1);
  return {
    sender: message.slice(0, first),
    topic: message.slice(first + 1, second),
    payload: message.slice(second + 1),
  };
}
