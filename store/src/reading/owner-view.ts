import type { AlertsView } from "../alerts/alerts-view.ts";
import type { AccountExportsView } from "./account-exports-view.ts";
import type { OwnerArchive } from "./owner-archive.ts";
import type { CommandsView } from "../commands/command.ts";
import type { GeofencesView } from "../geofences/geofence.ts";
import type { LostModesView } from "../lost/lost-mode.ts";
import type { LiveView } from "../live/live-news.ts";
import type { SharesView } from "../sharing/share.ts";
import type { CommandAnswersView } from "../tags/command-answer.ts";
import type { FinderReportsView } from "../tags/finder-reports.ts";
import type { TagsView } from "../tags/owned-tag.ts";
import type { TransfersView } from "../transfers/transfer.ts";
import type { EventsView } from "./geofence-event.ts";
import type { LocationsView } from "./location.ts";
import type { RetentionView } from "./day-total.ts";

/** All that one owner may see and change; the only object that reads locations. Missing and foreign give the same answer. */
export interface OwnerView
  extends
    TagsView,
    GeofencesView,
    LocationsView,
    EventsView,
    SharesView,
    TransfersView,
    FinderReportsView,
    CommandAnswersView,
    LiveView,
    CommandsView,
    LostModesView,
    RetentionView,
    AccountExportsView,
    AlertsView {
  /** All that is stored of this owner; to be read for the owner only. */
  archive(): OwnerArchive;
  /** Deletes everything of this owner and destroys the owner's key, so that backups become unreadable too. */
  eraseOwner(): Promise<void>;
}
