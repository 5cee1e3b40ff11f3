export { default, generateMetadata } from '../../(portal)/hubs/[name]/not-found';
