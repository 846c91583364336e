import type { LogLine } from './log-line';
import { parseJsonLines } from './parse-json-lines';

/** A short conversation of the product's own: people come and go, one is renamed, and two agents are asked. */
const conversation = `
{"at":"2026-03-02T15:00:00Z","author":"Maria","text":"Good afternoon! Today we plan the school garden. Who is here?"}
{"at":"2026-03-02T15:00:06Z","author":"Tom","text":"Me, and I brought the sketch from last week."}
{"at":"2026-03-02T15:00:11Z","author":"Aisha","text":"Here too."}
{"at":"2026-03-02T15:00:15Z","author":"Jonas","type":"join"}
{"at":"2026-03-02T15:00:19Z","author":"Jonas","text":"Sorry, the bus was late."}
{"at":"2026-03-02T15:00:27Z","author":"Maria","text":"No harm done. The bed is four metres by two, and half of it is in the shade after noon."}
{"at":"2026-03-02T15:00:38Z","author":"Tom","text":"How many bean plants fit into the sunny half if each needs 25 centimetres?"}
{"at":"2026-03-02T15:00:49Z","author":"Aisha","text":"Four square metres, sixteen plants on each, so 64."}
{"at":"2026-03-02T15:00:56Z","author":"Jonas","text":"Aisha: and the path?"}
{"at":"2026-03-02T15:01:03Z","author":"Aisha","text":"Ah. Then fewer."}
{"at":"2026-03-02T15:01:12Z","author":"Maria","text":"@Teacher why do beans grow better in soil where clover grew before?"}
{"at":"2026-03-02T15:01:31Z","author":"Tom","text":"We had clover there all winter."}
{"at":"2026-03-02T15:01:38Z","author":"Aisha","type":"action","text":"looks for the photo"}
{"at":"2026-03-02T15:01:44Z","author":"Jonas","type":"rename","to":"Jonas (garden)"}
{"at":"2026-03-02T15:01:52Z","author":"Jonas (garden)","text":"I am outside now. The soil is still wet ten centimetres down."}
{"at":"2026-03-02T15:02:05Z","author":"Maria","text":"Good. Then we need not water before Thursday."}
{"at":"2026-03-02T15:02:14Z","author":"Tom","text":"What goes into the shady half?"}
{"at":"2026-03-02T15:02:21Z","author":"Aisha","text":"Spinach, lettuce, maybe mint in a pot."}
{"at":"2026-03-02T15:02:29Z","author":"Tom","text":"Mint takes over everything, hence the pot?"}
{"at":"2026-03-02T15:02:34Z","author":"Aisha","text":"Exactly."}
{"at":"2026-03-02T15:02:47Z","author":"Maria","text":"Teacher: what do plants in the shade do differently?"}
{"at":"2026-03-02T15:03:02Z","author":"Jonas (garden)","text":"Two boards of the frame are loose, I will bring screws tomorrow."}
{"at":"2026-03-02T15:03:11Z","author":"Tom","text":"I can bring a drill."}
{"at":"2026-03-02T15:03:17Z","author":"Jonas (garden)","type":"leave"}
{"at":"2026-03-02T15:03:25Z","author":"Maria","text":"Then this is the plan: beans in the sun, salad in the shade, the frame tomorrow."}
{"at":"2026-03-02T15:03:34Z","author":"Aisha","text":"And seeds by Friday. I will ask at the market."}
{"at":"2026-03-02T15:03:41Z","author":"Maria","text":"@Summariser please write the minutes."}
{"at":"2026-03-02T15:03:58Z","author":"Tom","text":"See you tomorrow!"}
{"at":"2026-03-02T15:04:03Z","author":"Aisha","text":"Bye!"}
{"at":"2026-03-02T15:04:09Z","author":"Maria","text":"Thank you all."}
`;

export const sampleLines = (): LogLine[] => parseJsonLines(conversation);
