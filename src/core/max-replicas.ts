/** The most copies of one service; a number with too many digits would take the whole machine. */
export const MAX_REPLICAS = 1_024;
