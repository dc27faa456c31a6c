/** Every maximum of what a tag and the cloud send each other, each with its reason. */

/** The newest version of the wire format: the first key of a message that has parts which version 1 lacks. */
export const WIRE_VERSION = 2;

/** A message without such parts is of this version, which every tag and bridge reads. */
export const FIRST_WIRE_VERSION = 1;

/** The second part of every topic; it changes only when topics do. */
export const TOPIC_VERSION = 1;

/** 16 bits: 655 m/s, more than any aircraft that carries a cat. */
export const MAX_SPEED_CM_S = 65_535;

/** Tenths of a degree, clockwise from north: finer than a receiver's course at the speed of a cat. */
export const MAX_COURSE_DEG10 = 3_599;

/** The optional parts of an entry: a few integers now, and room for later ones that this version skips. */
export const MAX_EXTENSION_BYTES = 64;

/** A report of this size still fits one TLS record, one MQTT packet and a modem's 4 KiB buffer. */
export const MAX_REPORT_BYTES = 2048;

/** Most entries in a report: more than an hour of one-minute fixes, well inside MAX_REPORT_BYTES. */
export const MAX_REPORT_ENTRIES = 128;

/** Settings fill at most one 4 KiB flash sector of the tag, less its header. */
export const MAX_SETTINGS_BYTES = 3840;

/** Acknowledgements, commands and states are a few integers. */
export const MAX_SMALL_MESSAGE_BYTES = 128;

/** Largest MQTT packet that the bridge parses: the largest report, its topic and headers, and nothing else. */
export const MAX_MQTT_PACKET_BYTES = 2560;

/** A board decides every geofence at every fix; eight polygons of a hundred edges take 15 ms on the slowest engine. */
export const MAX_GEOFENCES = 8;

/** Fewer points have no inside. */
export const MIN_VERTICES = 3;

/** A garden with its neighbours drawn by hand has 20; the slowest engine walks 100 in 2 ms. */
export const MAX_VERTICES = 100;

/** All polygons of one tag together: 400 vertices are 3.2 KB of the tag's memory. */
export const MAX_TAG_VERTICES = 400;

/** A circle smaller than this lies inside the receiver's own error. */
export const MIN_RADIUS_CM = 1_000;

/** 50 km: a wider circle is no fence for a cat, and the tag's flat geometry would err by more than a metre. */
export const MAX_RADIUS_CM = 5_000_000;

/** A polygon's corners lie within this of each other, for the same reason. */
export const MAX_GEOFENCE_EXTENT_M = 100_000;

/** Accuracy on the wire is decimetres in 16 bits; a receiver that claims worse than 6.5 km has no fix. */
export const MAX_ACCURACY_DM = 65_535;

/** Firmware names are short ("1.4.2", "1.4.2-rc1"). */
export const MAX_FIRMWARE_LENGTH = 32;

/** Live mode, buzzer and light end by themselves after at most an hour: a forgotten command must not empty a battery. */
export const MAX_COMMAND_S = 3_600;

/** Lost mode: a contact takes half a minute under a roof; after an hour the cat is elsewhere. */
export const MIN_LOST_INTERVAL_S = 30;
export const MAX_LOST_INTERVAL_S = 3_600;

/** Percent of the battery at which lost mode ends: below 5 a gauge says little, and above 50 there is no need to end. */
export const MIN_LOST_FLOOR_PERCENT = 5;
export const MAX_LOST_FLOOR_PERCENT = 50;

/** How long the buzzer sounds when a lost cat moves: a cat bears more, but who searches hears this too. */
export const MAX_LOST_BUZZ_S = 30;

/** A tag that reports more often than this is broken or hostile: a burst of backlog, then one a second. */
export const REPORT_BURST = 200;
export const REPORTS_PER_SECOND = 50;

/** The tag's MQTT keep-alive and the most that the bridge grants: LTE-M power saving wakes every half hour. */
export const MAX_KEEP_ALIVE_S = 3_600;
