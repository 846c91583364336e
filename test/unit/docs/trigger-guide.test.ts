import {
  authorRoles,
  triggerEventTypes,
  defaultDebounceSeconds,
} from '../../../workflows/contracts/triggers/events';
import { skipReasons } from '../../../workflows/contracts/triggers/policy';
import { webhookEventTypes } from '../../../workflows/contracts/webhooks';
import { listedCodes, readGuide } from '../../support/workflow-guide';

const guide = readGuide('triggers.md');

describe('docs/triggers.md', () => {
  it('lists every reason for not firing, with what it means', () => {
    expect(listedCodes(guide, 'What it did')).toEqual(skipReasons);
  });

  it.each(triggerEventTypes)('has a row for the event %s, with its debounce', (type) => {
    const row = new RegExp(`^\\| \`${type}\` +\\|.*\\| (\\w+(?: s)?) +\\|$`, 'm').exec(guide);
    const seconds = defaultDebounceSeconds[type];
    expect(row?.[1]).toBe(seconds === 0 ? 'none' : `${String(seconds)} s`);
  });

  it('names every role of an author, and every event of outgoing webhooks', () => {
    for (const role of authorRoles) expect(guide).toContain(`\`${role}\``);
    for (const type of webhookEventTypes) expect(guide).toContain(`\`${type}\``);
  });
});
