//! What moves the platform, sentence by sentence. Time is made up; nothing sleeps.
mod argocd;
mod kubernetes;
mod mishaps;
mod pair;
mod settings;
mod world;
