/**
 * The journal has room for speeds (8 bits) and courses (6 bits) of these steps, in cm/s and tenths of a degree. They are
 * finer than a collar's receiver errs.
 */
export const SPEED_STEP_CM_S = 20;
export const COURSE_STEP_DEG10 = 60;
