/** The version of the service that this console was built with. */
declare const __VERSION__: string;
