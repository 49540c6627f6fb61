//! The pack from which a verdict can be given again years later.
