//! What the HDF5 library needs to be built along.

use crate::cmake::{CMAKE, cmake, own_cmake_environment};
use crate::environment::tool;
use crate::shell::{Failure, failure};

/// Sees to it that the HDF5 library can be built along: a cmake that is new enough, and zlib comes with its crate.
pub fn install_libraries() -> Result<(), Failure> {
    match cmake() {
        Some(path) => println!("cmake is there: {}", path.display()),
        None => {
            println!("cmake {}.{} or later is missing: installing it below target/", CMAKE.0, CMAKE.1);
            tool(&own_cmake_environment(), "cmake", "cmake").map_err(|Failure(message)| {
                failure(format!(
                    "{message}\ncmake {}.{} or later builds the HDF5 library; install it, with `pip install cmake` for example",
                    CMAKE.0, CMAKE.1
                ))
            })?;
        }
    }
    Ok(())
}
