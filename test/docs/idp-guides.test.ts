import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { readParameters } from '../../infra/config.ts';
import { modeOf } from '../../infra/mode-checks.ts';
import { projectRoot } from '../../infra/project.ts';
import { synthGateway } from '../../infra/synth.ts';
import { type IdpPresetName, readConfig } from '../../shared/core/config.ts';
import { judgeDirect, judgeMetadata } from '../../shared/idp/judge-mode.ts';
import { PRESETS } from '../../shared/idp/presets.ts';
import { REFUSED } from '../../shared/idp/refused.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { deployContexts, readGuide } from '../support/guide-page.ts';
import { createIssuer } from '../support/issuer.ts';

const presets = Object.keys(PRESETS) as IdpPresetName[];

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** `direct` from `### direct (recommended)`. */
const modeIn = (heading: string) => heading.split(' ')[0];

describe.each(presets)('docs/idp/%s.md', (preset) => {
  const page = readGuide(`idp/${preset}.md`);
  const parts = [...page.parts('Deploy')];

  test('has the headings of every guide', () => {
    expect(page.headings).toEqual([
      'What you get',
      'What you need',
      'Steps in its console',
      'Deploy',
      'A sample token',
      'What goes wrong',
      'What was tested',
      'Sources',
    ]);
  });

  test('says plainly that no tenant was tried, and when its sources were read', () => {
    expect(page.text).toContain('**No live tenant was used.**');
    expect(page.text).toMatch(/^- .*(20\d\d|RFC \d+)/m);
  });

  test('has a deploy line for each mode that fits, and recommends one of them', () => {
    const fits = [
      ...(judgeDirect(PRESETS[preset]).verdict === 'refused' ? [] : ['direct']),
      ...(judgeMetadata(PRESETS[preset]).verdict === 'refused' ? [] : ['metadata']),
      'relay',
    ];
    expect({
      modes: parts.map(([heading]) => modeIn(heading)),
      recommended: parts.filter(([heading]) => heading.endsWith(' (recommended)')).length,
    }).toEqual({ modes: fits, recommended: 1 });
  });

  test.each(parts)('%s: its deploy lines are parameters of this preset and mode, and synthesise', (heading, text) => {
    const contexts = deployContexts(text);
    const seen = contexts.map((context) => {
      const parameters = readParameters(context);
      synthGateway({ context, bundling: false });
      return { idp: parameters.idp, mode: modeOf(parameters) };
    });
    expect(seen).toEqual(contexts.map(() => ({ idp: preset, mode: modeIn(heading) })));
    expect(seen).not.toEqual([]);
  });

  test('explains claims that the sample token has', () => {
    const [header = '{}', payload = '{}'] = page.fenced('A sample token', 'json');
    const claims = { ...JSON.parse(header), ...JSON.parse(payload) };
    const [, table = ''] = page.text.split('| claim | becomes |\n|---|---|\n');
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n');
    const named = rows.map((row) => /`([\w:]+)/.exec(row)?.[1] ?? row);
    expect(named.filter((name) => !Object.hasOwn(claims, name))).toEqual([]);
  });

  test('its sample token is taken by the gateway of its first line with an issuer, and read as the page says', async () => {
    const [header = '', payload = '', report = ''] = page.fenced('A sample token', 'json');
    const context = parts.flatMap(([, text]) => deployContexts(text)).find(({ issuer }) => issuer !== undefined) ?? {};
    const { functions } = planFrom(synthGateway({ context, bundling: false }).template);
    const config = readConfig(functions[0]?.environment ?? {});
    const issuer = createIssuer(config.idp.issuer);
    const { alg, typ } = JSON.parse(header);
    const token = await issuer.sign(JSON.parse(payload), { alg, typ });
    const gateway = createTestGateway(database, { config: { ...config, debugToken: true }, issuer });
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await gateway.send({ method: 'GET', path: '/debug-token', headers });
    expect(JSON.parse(report)).toEqual(body);
  });
});

test.each([...REFUSED])('docs/idp/%s.md says what to do instead, with lines that synthesise', (name, { instead }) => {
  const contexts = deployContexts(readFileSync(join(projectRoot, `docs/idp/${name}.md`), 'utf8'));
  for (const context of contexts) synthGateway({ context, bundling: false });
  expect(contexts.map((context) => readParameters(context).idp)).toEqual([instead]);
});
