//! The basic four of the certificate compared with those of the form.
