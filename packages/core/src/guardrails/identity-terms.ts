// Words that name people by origin, faith, sex, love, age or body and say nothing bad of them. Much abuse names people,
// so a model that learns from it learns to distrust their names; here all of them are read as one and the same word.

const adjectives = `african american arab arabic asian australian black british brown bulgarian cambodian canadian caucasian
  chinese colombian congolese cuban czech dutch egyptian english ethiopian european filipino french german ghanaian greek
  haitian hispanic hungarian indian indigenous indonesian iranian iraqi irish israeli italian jamaican japanese kenyan
  korean kurdish latin latina latino latinx lebanese libyan malaysian mexican mongolian moroccan nepalese nepali nigerian
  norwegian pakistani palestinian persian peruvian polish portuguese romani romanian russian saudi scottish senegalese
  serbian somali spanish sudanese swedish swiss syrian taiwanese thai tibetan tunisian turkish ukrainian vietnamese welsh
  white yemeni aboriginal maori native
  amish atheist bahai baptist buddhist catholic christian evangelical hindu islamic jain jew jewish lutheran methodist
  mormon muslim orthodox protestant quaker rastafarian shia shinto sikh sunni taoist wiccan zoroastrian
  asexual bisexual cis cisgender feminine gay genderqueer heterosexual homosexual intersex lesbian lgbt lgbtq male female
  masculine nonbinary pansexual queer straight trans transgender transsexual
  autistic blind deaf diabetic disabled dyslexic elderly epileptic old older paralyzed paraplegic sighted young younger
  aged teenage immigrant migrant refugee
  boy girl man woman`;

const plurals = 'men women people'.split(' ');

/** What every one of them becomes. */
export const identity = '#';

const names: ReadonlySet<string> = new Set([
  ...adjectives.split(/\s+/).flatMap((term) => [term, `${term}s`]),
  ...plurals,
]);

export const namesPeople = (word: string): boolean => names.has(word);
