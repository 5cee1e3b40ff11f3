export { default, generateMetadata } from '../../admin/not-found';
