//! The parts pages are made of; `style/` has a file of the same name for most of them.

pub mod data_disks;
pub mod date_range;
pub mod dialog;
pub mod error_page;
pub mod export_dialog;
pub mod field;
pub mod form;
pub mod icon;
pub mod list;
pub mod log_list;
pub mod log_place;
pub mod log_record;
pub mod numbered;
pub mod pill;
pub mod quota;
pub mod request_card;
pub mod route;
pub mod selection;
pub mod sentence;
pub mod shortcuts;
pub mod time;
pub mod toast;
