/** The messages of a body that a server sent as an event stream. */
export function messagesOf(eventStream: string): readonly unknown[] {
  const events = eventStream.split('\n\n').map((event) =>
    event
      .split('\n')
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trim())
      .join('\n'),
  );
  return events.filter((data) => data !== '').map((data) => JSON.parse(data) as unknown);
}
