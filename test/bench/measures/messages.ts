import { median } from '../median';
import { times, type Measure } from './measure';

const target = 300;

/** (e): messages a second in one room, 200 of them under way at a time. */
export const messagesPerSecond: Measure = async ({ ours, bare, quick, say }) => {
  const count = quick ? 300 : 3000;
  const rounds = quick ? 1 : 3;
  const rates = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of [ours, bare]) {
      const rate = await contender.flood(count);
      say(`(e) ${contender.name}: ${rate.toFixed(0)} messages a second`);
      rates[contender.name].push(rate);
    }
  }
  const [our, their] = [median(rates.ours), median(rates.bare)];
  return [
    {
      key: 'e',
      what: 'messages a second in one room',
      ours: our.toFixed(0),
      bare: their.toFixed(0),
      ratio: times(our / their),
      target: `≥ ${target}/s`,
      met: our >= target,
    },
  ];
};
