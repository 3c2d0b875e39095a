//! The areas of the site: the browser half loads the code of an area when one of its pages is first opened.
//!
//! What every page needs (frame, kit, signing in) is in the main part; what only some areas share is in parts of their
//! own. There are few areas, because those shared parts multiply with them. The server has it all.

use super::live::Leaving;
use super::pages::directory::{domains, projects, roles, user, users};
use super::pages::{
    external, host, host_new, hosts, logs, process, quotas, support, system_settings, ticket_setup, trash, workflow,
};
use leptos::prelude::*;
use leptos_router::ChooseView;

/// `function, its preload, its pages: name => component`: each page is what a route shows.
macro_rules! areas {
    ($($load:ident, $preload:ident, $area:ident { $($page:ident => $view:path),+ $(,)? })+) => {$(
        #[derive(Clone, Copy)]
        pub enum $area {
            $($page),+
        }

        #[lazy]
        fn $load(page: $area) -> AnyView {
            match page {
                $($area::$page => $view().into_any()),+
            }
        }

        impl ChooseView for $area {
            async fn choose(self) -> AnyView {
                $load(self).await
            }

            async fn preload(&self) {
                let _leaving = Leaving::begin();
                #[cfg(feature = "hydrate")]
                $preload().await;
            }
        }
    )+};
}

areas! {
    area_hosts, __preload_area_hosts, HostPage {
        List => hosts::Hosts,
        New => host_new::HostNew,
        One => host::Host,
        Trash => trash::Trash,
        Quotas => quotas::Quotas,
    }
    area_workflow, __preload_area_workflow, WorkflowPage {
        Place => workflow::Workflow,
    }
    area_support, __preload_area_support, SupportPage {
        Place => support::Support,
    }
    area_directory, __preload_area_directory, DirectoryPage {
        Domains => domains::Domains,
        Projects => projects::Projects,
        Users => users::Users,
        User => user::User,
        Roles => roles::Roles,
    }
    area_settings, __preload_area_settings, SettingsPage {
        External => external::External,
        System => system_settings::System,
        Tickets => ticket_setup::TicketSetup,
        Process => process::Process,
        Logs => logs::Logs,
    }
}
