// What programs of the repository are given of the environment, whichever adapter starts them.

/** What a program needs to start at all; everything else it must be given by name. */
export const programEnvironment: readonly string[] = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'TMP',
  'TEMP',
  'SystemRoot',
  'PATHEXT',
  'USERPROFILE',
];
