/** How a command ended (contract, section 5); 78 (configuration) is in `config/process-environment`. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Only `gate`: neither good enough to promote nor bad enough to roll back. */
export const EXIT_HOLD = 3;
