// The branch that a change goes to, for features which compare with it.

/** @returns an option to spread: absent where the context names none */
export const baseBranch = ({ baseRef }: { readonly baseRef?: string }): { readonly baseBranch?: string } =>
  baseRef === undefined ? {} : { baseBranch: baseRef };
