// What every kind of transport hands on of a frame, at most. Knows no transport.

/** What the core cannot read anyway need not be copied into its memory; one character more makes it "too large". */
export const bodyCharactersMax = 256 * 1024;
