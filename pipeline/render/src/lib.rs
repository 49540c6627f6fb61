//! Template becomes measured pages: template, font, layout.
