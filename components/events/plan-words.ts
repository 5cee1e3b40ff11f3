/** Sentences of the form, from the catalogue's `events.plan`. */
export const PLAN_WORDS = [
  'name',
  'nameHelp',
  'first',
  'last',
  'lastHelp',
  'hubs',
  'hubsHelp',
  'seats',
  'seatsHelp',
  'list',
  'listNote',
  'listHelp',
  'spare',
  'spareHelp',
  'organiser',
  'organiserHelp',
  'optional',
  'submit',
  'busy',
  'tooLarge',
] as const;

export type PlanValues = {
  name: string;
  first: string;
  last: string;
  hubs: string;
  seats: string;
  spare: string;
};
