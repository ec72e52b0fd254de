import Boxes from '@lucide/svelte/icons/boxes';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import Microscope from '@lucide/svelte/icons/microscope';
import SettingsIcon from '@lucide/svelte/icons/settings';

/** The places of the window, in the order of the rail. */
export const VIEWS = [
  { id: 'classify', title: 'Classify', icon: Microscope },
  { id: 'train', title: 'Train', icon: GraduationCap },
  { id: 'models', title: 'Models', icon: Boxes },
  { id: 'settings', title: 'Settings', icon: SettingsIcon },
] as const;

export type ViewId = (typeof VIEWS)[number]['id'];
