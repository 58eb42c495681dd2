import { explore, type Search } from './explore.ts';

// A process for each core: a share of the histories in, what was found out.
process.once('message', (search: Search) => {
  explore(search).then(
    (found) => process.send?.({ found }, () => process.exit()),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? error.stack : String(error) }, () => process.exit()),
  );
});
