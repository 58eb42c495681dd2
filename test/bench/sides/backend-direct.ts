import { Agent, get } from 'node:http';
import { readFixture } from './fixture.ts';

const { issuer } = readFixture();
const agent = new Agent({ keepAlive: true });
const text = encodeURIComponent('a text of forty characters, as in a chat');
const headers = { accept: 'application/json', 'x-request-id': 'JKJaXmPLvHcESHA=' };

/** The same request to the same backend by Node's own client, on a kept connection, with nobody in between. */
export const handler = () =>
  new Promise<{ readonly statusCode: number }>((resolve, reject) => {
    get(`${issuer}/backend/deals?text=${text}`, { agent, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.once('end', () => {
        const { deals } = JSON.parse(body) as { readonly deals: readonly unknown[] };
        resolve({ statusCode: deals.length > 0 ? 200 : 500 });
      });
    }).once('error', reject);
  });
