/** A few things a demo lesson is likely to be about. Anything else is answered without facts. */
export interface Topic {
  name: string;
  words: RegExp;
  fact: string;
  example: string;
  /** What a teacher asks next, and what a student answers. */
  question: string;
  guess: string;
}

const topics: Topic[] = [
  {
    name: 'eclipses',
    words: /\beclips/i,
    fact: 'In a lunar eclipse the Moon passes through the shadow of the Earth; in a solar eclipse the shadow of the Moon falls on the Earth.',
    example:
      'The three bodies must stand in one line, and the orbit of the Moon is tilted, so most full moons pass without an eclipse.',
    question: 'At which phase of the Moon can a solar eclipse happen?',
    guess: 'it can happen only at new moon, because the Moon has to stand between the Sun and us',
  },
  {
    name: 'the tides',
    words: /\btid(?:e|es|al)\b/i,
    fact: 'The Moon pulls the near side of the Earth more than the far side, which raises the sea on both, so most coasts have two high tides a day.',
    example: 'At new and full moon the Sun pulls along the same line, and the tides are at their strongest.',
    question: 'Why is high tide about fifty minutes later each day?',
    guess: 'the Moon moves on along its orbit, so the Earth has to turn a little further to catch up',
  },
  {
    name: 'the phases of the Moon',
    words: /\bmoon'?s?\b|\bphases?\b|\bcrescent\b|\blunar\b/i,
    fact: 'The Sun always lights one half of the Moon, and as the Moon goes round us in about a month we see more or less of that half.',
    example:
      'Hold a ball at arm’s length near a single lamp and turn round once: you see it new, half, full and half again.',
    question: 'Where does the Moon stand when it is full: on the side of the Sun, or opposite it?',
    guess: 'a full moon stands opposite the Sun, so that we look straight at its lit half',
  },
  {
    name: 'photosynthesis',
    words: /photosynthe|chlorophyll|\bplants?\b|\bleaf\b|\bleaves\b/i,
    fact: 'Plants use the energy of light to turn water and carbon dioxide into sugar, and give off oxygen.',
    example: 'A leaf kept in the dark for a few days makes no new starch, which an iodine test shows.',
    question: 'What do you expect to happen to a plant that gets water but no light?',
    guess: 'without light the plant can make no sugar, so it lives on its stores and then fades',
  },
  {
    name: 'fractions',
    words: /\bfractions?\b|\bnumerator\b|\bdenominator\b/i,
    fact: 'A fraction says how many equal parts you take: the lower number counts the parts of the whole, the upper one those you have.',
    example: 'Half a pizza and two quarters of a pizza are the same amount, so 1/2 = 2/4.',
    question: 'Which is larger, 2/3 or 3/5, and how could you show it?',
    guess: '2/3 is larger, because 10/15 is more than 9/15',
  },
  {
    name: 'gravity',
    words: /\bgravity\b|\bgravitation|\bfalling\b|\bnewton\b/i,
    fact: 'Masses attract each other, and near the ground everything speeds up by about 9.8 metres per second each second as it falls.',
    example: 'On the Moon a hammer and a feather land together, because no air slows the feather.',
    question: 'Why does a sheet of paper fall more slowly than the same sheet crumpled up?',
    guess: 'the flat sheet meets more air, so it is the air and not its weight that slows it',
  },
  {
    name: 'the water cycle',
    words: /water cycle|evaporat|condens|\brain\b|\bclouds?\b/i,
    fact: 'Water evaporates, cools and condenses into clouds, falls as rain or snow and flows back to the sea.',
    example:
      'Drops on the outside of a cold glass are the same step as a cloud: vapour that has cooled down.',
    question: 'Which step of the cycle needs energy from the Sun?',
    guess: 'evaporation needs the energy, because the water has to leave the surface',
  },
  {
    name: 'prime numbers',
    words: /\bprimes?\b|\bfactoris|\bdivisors?\b|\bsieve\b/i,
    fact: 'A prime number is greater than one and divides by nothing but one and itself.',
    example: '13 is prime, while 15 is not, since 15 = 3 × 5.',
    question: 'Why is it enough to try divisors up to the square root of a number?',
    guess: 'of two factors one is never larger than the square root, so a larger one brings nothing new',
  },
  {
    name: 'equations',
    words: /\bequations?\b|\balgebra\b|\bunknowns?\b|\bvariables?\b/i,
    fact: 'An equation stays true as long as you do the same to both sides, and you do so until the unknown stands alone.',
    example: 'From 2x + 3 = 11 you take 3 from both sides, then halve them: x = 4.',
    question: 'How would you check a solution without solving the equation again?',
    guess: 'putting the number in for x shows whether both sides are equal',
  },
  {
    name: 'electric circuits',
    words: /\bcircuits?\b|\bvoltage\b|\belectric|\bresist(?:or|ance)\b|\bohm\b/i,
    fact: 'A current flows in a closed loop only; the voltage drives it and the resistance holds it back, so I = V / R.',
    example: 'With 6 volts across 3 ohms the current is 2 amperes.',
    question: 'What happens to the current when the resistance doubles and the voltage stays?',
    guess: 'the current halves, since the same voltage drives it through twice the resistance',
  },
  {
    name: 'the seasons',
    words: /\bseasons?\b|\bwinter\b|\bsummer\b|\borbit|earth'?s axis/i,
    fact: "The seasons come from the tilt of the Earth's axis: the half that leans towards the Sun gets more direct light and longer days.",
    example: 'In December it is summer in Australia and winter in Europe.',
    question: 'If distance from the Sun made the seasons, what would be different?',
    guess: 'then both halves of the Earth would have summer at the same time',
  },
  {
    name: 'cells and DNA',
    words: /\bcells?\b|\bdna\b|\bgenes?\b|\bgenetic/i,
    fact: 'Every cell carries DNA, and a gene is a stretch of it that tells the cell how to build one product.',
    example: 'A muscle cell and a nerve cell have the same DNA but use different genes of it.',
    question: 'How can one set of instructions make such different cells?',
    guess: 'each kind of cell reads another part of the instructions',
  },
  {
    name: 'loops and recursion',
    words: /\brecurs|\bloops?\b|\balgorithms?\b|\biterat/i,
    fact: 'A recursive function solves a smaller copy of its own problem until a base case needs no further call.',
    example: 'The factorial of 4 is 4 times the factorial of 3, and the factorial of 0 is simply 1.',
    question: 'What goes wrong when the base case is missing?',
    guess: 'the calls never end, so the program runs out of stack',
  },
  {
    name: 'durable workflows',
    words: /\bworkflows?\b|\bdurable\b|\btemporal\b|\bqueues?\b/i,
    fact: 'A durable workflow writes down each finished step, so that after a crash it goes on from the last one instead of starting again.',
    example:
      'If the worker dies while a model answers, another worker repeats that one call and keeps everything before it.',
    question: 'Which steps would you not want to run twice?',
    guess: 'anything with an effect outside, such as a payment or a message, should not happen twice',
  },
  {
    name: 'percentages',
    words: /\bper ?cent|\bpercentages?\b|\bdiscount\b|\binterest rate/i,
    fact: 'Per cent means out of a hundred, so a percentage is a fraction whose lower number is 100.',
    example: '15 per cent of 80 is 15 / 100 × 80 = 12.',
    question: 'If a price rises by 10 per cent and then falls by 10 per cent, is it back where it was?',
    guess: 'it ends up lower, because the second ten per cent is taken from a larger price',
  },
];

/** The topic a text names first, or whose sentences it repeats. */
export function topicOf(text: string): Topic | undefined {
  const repeated = topics.find((topic) =>
    [topic.fact, topic.example, topic.question, topic.guess].some((sentence) => text.includes(sentence)),
  );
  if (repeated) return repeated;
  const hits = topics
    .map((topic) => ({ topic, at: text.search(topic.words) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at);
  return hits[0]?.topic;
}
