/** GPIO numbers of the T-SIM7080G-S3 as docs/boards.md wires it; the manifest of the Moddable program has the same. */
export const MODEM_SERIAL = { rx: 4, tx: 5 };
export const MODEM_BAUD = 115_200;
export const POWER_KEY_PIN = 41;
export const MODEM_SLEEP_PIN = 42;
export const I2C_PINS = { sda: 15, scl: 7 };
export const GNSS_SERIAL = { rx: 9, tx: 10 };
export const GNSS_BAUD = 9_600;
export const GNSS_POWER_PIN = 8;
export const MOTION_PIN = 13;
export const BUZZER_PIN = 17;
export const LAMP_PIN = 18;

/** Addresses on the I2C bus: the power controller and the accelerometer. */
export const POWER_ADDRESS = 0x34;
export const SENSOR_ADDRESS = 0x18;
